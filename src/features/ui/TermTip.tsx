/**
 * Shows the caption of the term that is pointed at, focused or touched. One for the page: terms stand in parts that are drawn
 * many times a second, and cost nothing there.
 */
import { useEffect, useRef, useState } from "react";
import { TERMS, type TermName } from "../texts";
import { tipPlace } from "./tip-place";

const ID = "term-tip";

interface Shown {
  readonly term: HTMLElement;
  readonly caption: string;
}

function termOf(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>("[data-term]") : null;
}

function captionOf(term: HTMLElement): string {
  const name = term.dataset.term;
  return name !== undefined && name in TERMS ? TERMS[name as TermName] : "";
}

export function TermTip() {
  const ref = useRef<HTMLDivElement>(null);
  const [shown, setShown] = useState<Shown | null>(null);
  useEffect(() => {
    const open = (term: HTMLElement) => setShown({ term, caption: captionOf(term) });
    const close = () => setShown(null);
    const onOver = ({ target }: Event) => {
      const term = termOf(target);
      if (term) open(term);
    };
    const onOut = ({ relatedTarget }: MouseEvent) => {
      // On the way to the tip itself it stays, and while the term has the focus.
      const into = relatedTarget instanceof Node && ref.current?.contains(relatedTarget);
      if (!into && !termOf(relatedTarget) && !termOf(document.activeElement)) close();
    };
    const onFocus = ({ target }: Event) => {
      const term = termOf(target);
      if (term) open(term);
      else close();
    };
    const onKey = ({ key }: KeyboardEvent) => {
      if (key === "Escape") close();
    };
    // The focus itself may scroll its term into view: the tip goes with it.
    const onScroll = () => setShown((old) => (old && old.term === document.activeElement ? { ...old } : null));
    const { signal, abort } = listening();
    document.addEventListener("pointerover", onOver, { signal });
    document.addEventListener("pointerout", onOut, { signal });
    document.addEventListener("focusin", onFocus, { signal });
    document.addEventListener("focusout", close, { signal });
    document.addEventListener("click", onFocus, { signal });
    document.addEventListener("keydown", onKey, { signal });
    window.addEventListener("scroll", onScroll, { signal, capture: true, passive: true });
    return abort;
  }, []);
  useEffect(() => {
    const tip = ref.current;
    if (!shown || !tip) return;
    const { x, y } = tipPlace(shown.term.getBoundingClientRect(), tip.getBoundingClientRect(), {
      width: document.documentElement.clientWidth,
      height: window.innerHeight,
    });
    tip.style.translate = `${x}px ${y}px`;
    shown.term.setAttribute("aria-describedby", ID);
    return () => shown.term.removeAttribute("aria-describedby");
  }, [shown]);
  return shown ? (
    <div ref={ref} id={ID} className="term-tip" role="tooltip">
      {shown.caption}
    </div>
  ) : null;
}

function listening() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}
