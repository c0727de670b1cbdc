/** A small link from a panel to its paragraph in the article. */
import { useController } from "../../state/context";
import { LEARN, TOPICS, type Topic, topicId } from "../texts";

export function LearnMore({ topic }: { readonly topic: Topic }) {
  const controller = useController();
  return (
    <a
      className="learn"
      href={`#${topicId(topic)}`}
      aria-label={LEARN.about(TOPICS[topic].title)}
      onClick={(event) => {
        event.preventDefault();
        controller.readAbout(topicId(topic));
      }}
    >
      {LEARN.more}
    </a>
  );
}
