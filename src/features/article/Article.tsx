/** A short article on what the page shows: a picture and a paragraph for each topic, with a link to its panel. */
import { useEffect } from "react";
import { useNow } from "../../state/context";
import { selectTopic } from "../../state/selectors";
import { ARTICLE, PANEL_LINK, PARAGRAPHS } from "../texts/article";
import { panelId, TOPICS, type Topic, topicId } from "../texts/topics";
import { jumpTo } from "../ui/jump";
import { Illustration } from "./illustrations";
import "./article.css";

const ORDER = Object.keys(TOPICS) as Topic[];

export default function Article() {
  const asked = useNow(selectTopic);
  useEffect(() => {
    if (asked) jumpTo(asked.id);
  }, [asked]);
  return (
    <>
      <header className="article-head">
        <h2>{ARTICLE.title}</h2>
        <p className="note">{ARTICLE.intro}</p>
        <nav aria-label={ARTICLE.contents}>
          {ORDER.map((topic) => (
            <Jump key={topic} id={topicId(topic)} text={TOPICS[topic].title} />
          ))}
        </nav>
      </header>
      <div className="topics">
        {ORDER.map((topic) => (
          <Paragraph key={topic} topic={topic} />
        ))}
      </div>
      <p className="note sources">{ARTICLE.sources}</p>
    </>
  );
}

function Paragraph({ topic }: { readonly topic: Topic }) {
  const { title, panel } = TOPICS[topic];
  const { text, picture, steps } = PARAGRAPHS[topic];
  return (
    <section id={topicId(topic)} className="topic" tabIndex={-1} aria-labelledby={`${topicId(topic)}-title`}>
      <Illustration topic={topic} label={picture} />
      <h3 id={`${topicId(topic)}-title`}>{title}</h3>
      {text.map((part) => (
        <p key={part}>{part}</p>
      ))}
      {steps ? (
        <ol>
          {steps.map(([name, what]) => (
            <li key={name}>
              <b>{name}</b> {what}
            </li>
          ))}
        </ol>
      ) : null}
      <Jump id={panelId(panel)} text={PANEL_LINK[panel]} />
    </section>
  );
}

/** A link within the page. The address stays as it is: what follows its # are settings. */
function Jump({ id, text }: { readonly id: string; readonly text: string }) {
  return (
    <a
      className="learn"
      href={`#${id}`}
      onClick={(event) => {
        event.preventDefault();
        jumpTo(id);
      }}
    >
      {text}
    </a>
  );
}
