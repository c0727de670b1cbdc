/** The place of the article, which is loaded when it comes near the window or a link asks for it. */
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useNow } from "../../state/context";
import { selectTopic } from "../../state/selectors";
import { ARTICLE_PANE } from "../texts";

const Article = lazy(() => import("./Article"));

/** Pixels below the window at which it is loaded. */
const NEAR = 500;

export function ArticlePane() {
  const ref = useRef<HTMLElement>(null);
  const [near, setNear] = useState(false);
  const asked = useNow(selectTopic) !== null;
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) setNear(true);
      },
      { rootMargin: `${NEAR}px` },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <article ref={ref} className="article" aria-label={ARTICLE_PANE.region} data-testid="article">
      {near || asked ? (
        <Suspense fallback={<p className="note">{ARTICLE_PANE.loading}</p>}>
          <Article />
        </Suspense>
      ) : null}
    </article>
  );
}
