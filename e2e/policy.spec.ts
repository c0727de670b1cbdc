/** The content security policy as it is served; that nothing breaks it while the page works, every other test proves. */
import { expect, test } from "./test";

test.use({
  allowed: /policy violated: (connect-src|script-src|style-src)|violates the (following|document)/,
});

test("serves a strict policy with the page and each worker, and the browser keeps to it", async ({ app, page }) => {
  const policies = new Map<string, string>();
  page.on("response", (response) => {
    const policy = response.headers()["content-security-policy"];
    const name = /\/workers\/(\w+)\//.exec(response.url())?.[1] ?? (response.url().endsWith("/") ? "page" : null);
    if (policy && name) policies.set(name, policy);
  });
  await page.reload();
  await app.ready();
  const data = page.getByRole("region", { name: "Data" });
  await data.getByRole("button", { name: "From the web" }).click();
  await data.getByLabel("Web address").fill(new URL("icon.svg", page.url()).href);
  await data.getByRole("button", { name: "Load" }).click();
  await expect(data.getByRole("alert")).toBeVisible();
  expect([...policies.keys()].sort()).toEqual(["main", "page", "web"]);
  for (const policy of policies.values()) {
    expect(policy).toContain("default-src 'none'; script-src 'self'");
    expect(policy).not.toMatch(/'unsafe-/);
  }
  expect(policies.get("page")).toContain("connect-src 'self';");
  expect(policies.get("main")).toContain("connect-src 'self';");

  const refused = await page.evaluate(async () => {
    const elsewhere = await fetch("http://127.0.0.1:1/").then(
      () => "answered",
      () => "refused",
    );
    const script = document.createElement("script");
    script.textContent = "window.inline = true";
    document.head.append(script);
    const style = document.createElement("style");
    style.textContent = "body { display: none }";
    document.head.append(style);
    return [elsewhere, "inline" in window, getComputedStyle(document.body).display];
  });
  expect(refused).toEqual(["refused", false, "block"]);
});
