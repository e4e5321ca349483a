// How the visitor was served, asked once the conversation is resolved.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Chat } from "../model/chat.ts";
import { t, told, type Word } from "../words.ts";

const FACES = ["😞", "🙁", "😐", "🙂", "😀"];
const wordFor = (score: number): string => t(`score_${score}` as Word);

export function Rating({ chat }: { chat: Chat }): JSX.Element | null {
  const { conversation, settings } = chat;
  const [again, setAgain] = useState(false);
  const isResolved = conversation?.status === "resolved" || conversation?.status === "closed";
  if (!settings.rating || !conversation || !isResolved || chat.newIssue) return null;
  if (conversation.rating !== null && !again) {
    return (
      <p class="rated" role="status">
        {t("thanks", { score: wordFor(conversation.rating) })}
        <button type="button" class="link" onClick={() => setAgain(true)}>
          {t("change")}
        </button>
      </p>
    );
  }
  return <Question chat={chat} key={conversation.id} onDone={() => setAgain(false)} />;
}

function Question({ chat, onDone }: { chat: Chat; onDone: () => void }): JSX.Element {
  const [score, setScore] = useState(0);
  const [comment, setComment] = useState("");
  const [problem, setProblem] = useState("");
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    try {
      await chat.rate(score, comment);
      onDone();
    } catch (error) {
      setProblem(told(error));
    }
  };
  return (
    <form class="rating" onSubmit={(event) => void send(event)}>
      <fieldset>
        <legend>{t("howServed")}</legend>
        <div class="faces">
          {FACES.map((face, at) => (
            <label key={face} title={wordFor(at + 1)}>
              <input
                type="radio"
                name="score"
                class="hidden"
                checked={score === at + 1}
                onChange={() => setScore(at + 1)}
              />
              <span class="face" aria-hidden="true">{face}</span>
              <span class="hidden">{wordFor(at + 1)}</span>
            </label>
          ))}
        </div>
      </fieldset>
      {score > 0 && (
        <>
          <p class="chosen">{wordFor(score)}</p>
          <label for="comment">{t("comment")}</label>
          <textarea
            id="comment"
            rows={2}
            maxLength={2000}
            dir="auto"
            value={comment}
            onInput={(event) => setComment(event.currentTarget.value)}
          />
          <p class="problem" role="alert">{problem}</p>
          <button type="submit" class="main">
            {t("sendRating")}
          </button>
        </>
      )}
    </form>
  );
}
