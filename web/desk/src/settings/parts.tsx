// What every page of the settings is made of: its head, lists, forms, questions, and secrets that are shown once.

import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Problem } from "../model/api.ts";
import { go } from "../model/place.ts";
import { say } from "../notice.ts";
import { Dialog } from "../parts/dialog.tsx";
import { t, told } from "../words.ts";
import type { Paged } from "./paged.ts";
import { w } from "./words.ts";

interface HeadProps {
  title: string;
  about: string;
  children?: ComponentChildren;
}

export function Head({ title, about, children }: HeadProps): JSX.Element {
  return (
    <header class="page-head">
      <div>
        <h1>{title}</h1>
        <p class="hint">{about}</p>
      </div>
      {children && <div class="page-acts">{children}</div>}
    </header>
  );
}

interface ListProps<T> {
  label: string;
  list: Paged<T>;
  columns: string[];
  empty: ComponentChildren;
  row: (one: T) => JSX.Element;
}

/** A table with its next page, its emptiness and its failures. */
export function List<T>({ label, list, columns, empty, row }: ListProps<T>): JSX.Element {
  if (list.state === "failed" && list.rows.length === 0) {
    return <p class="empty error" role="alert">{list.error} <button type="button" onClick={list.reload}>{t("again")}</button></p>;
  }
  if (list.rows.length === 0) return <div class="empty" role="status">{list.state === "loading" ? t("loading") : empty}</div>;
  return (
    <div class="table-box" tabIndex={0} role="region" aria-label={label}>
      <table>
        <caption class="unseen">{label}</caption>
        <thead><tr>{columns.map((one) => <th key={one} scope="col">{one || <span class="unseen">{w("actions")}</span>}</th>)}</tr></thead>
        <tbody>{list.rows.map(row)}</tbody>
      </table>
      {list.state === "failed" && <p class="error" role="alert">{list.error}</p>}
      {list.more && <button type="button" class="wide" disabled={list.state === "loading"} onClick={list.more}>{t(list.state === "loading" ? "loading" : "more")}</button>}
    </div>
  );
}

interface FormProps {
  title: string;
  done: string;
  /** What is sent; whoever throws keeps the form open with the reason in it. */
  onSubmit: () => Promise<void>;
  onClose: () => void;
  children: ComponentChildren;
  kind?: string;
  /** Puts the reason where it belongs; what it returns stands at the foot. */
  explain?: (problem: unknown) => string;
}

export function FormDialog({ title, done, onSubmit, onClose, children, kind = "", explain = inFull }: FormProps): JSX.Element {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setError(null);
    try {
      await onSubmit();
    } catch (problem) {
      setError(explain(problem));
      setBusy(false);
    }
  };
  useFirstWrong(form, error);
  return (
    <Dialog title={title} kind={kind} onClose={onClose}>
      <form class="form" ref={form} onSubmit={(event) => void submit(event)} aria-busy={busy}>
        {children}
        <p class="error" role="alert">{error}</p>
        <footer>
          <button type="button" onClick={onClose}>{t("cancel")}</button>
          <button type="submit" class="main" disabled={busy}>{done}</button>
        </footer>
      </form>
    </Dialog>
  );
}

/** Whoever is told that something is wrong is taken there, before the next key. Null while nothing is wrong. */
export function useFirstWrong(form: { current: HTMLElement | null }, wrong: unknown): void {
  useLayoutEffect(() => {
    if (wrong !== null) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [wrong]);
}

/** The server's sentence, with the field it is about. */
export function inFull(problem: unknown): string {
  const text = told(problem);
  return problem instanceof Problem && problem.field && !text.toLowerCase().includes(problem.field.toLowerCase()) ? `${problem.field}: ${text}` : text;
}

interface QuestionProps {
  title: string;
  text: string;
  done: string;
  onYes: () => Promise<void>;
  onClose: () => void;
}

/** What cannot be taken back is asked for first. */
export function Question({ title, text, done, onYes, onClose }: QuestionProps): JSX.Element {
  const yes = async (): Promise<void> => {
    await onYes();
    onClose();
  };
  return (
    <FormDialog title={title} done={done} onSubmit={yes} onClose={onClose}>
      <p class="warning"><bdi>{text}</bdi></p>
    </FormDialog>
  );
}

interface FieldProps {
  label: string;
  hint?: string;
  /** What is wrong with what stands there. */
  error?: string;
  children: ComponentChildren;
}

export function Field({ label, hint, error, children }: FieldProps): JSX.Element {
  return (
    <label class="field">
      <span>{label}</span>
      {children}
      {hint && <small class="hint">{hint}</small>}
      {error && <small class="error" role="alert">{error}</small>}
    </label>
  );
}

interface SecretProps {
  title: string;
  text: string;
  value: string;
  onClose: () => void;
}

/** A secret that nobody will see again. */
export function Secret({ title, text, value, onClose }: SecretProps): JSX.Element {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(value);
      setCopied(true);
      say(w("copied"));
    } catch {
      say(w("copyByHand"), true);
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <p class="warning">{text}</p>
      <input class="secret" type="text" readOnly aria-label={title} value={value} onFocus={(event) => event.currentTarget.select()} />
      <footer>
        <button type="button" onClick={() => void copy()}>{copied ? w("copied") : w("copy")}</button>
        <button type="button" class="main" onClick={onClose}>{t("close")}</button>
      </footer>
    </Dialog>
  );
}

interface LinkProps {
  page: string;
  /** What it is called among others with the same words. */
  label?: string;
  children: ComponentChildren;
}

/** A way to another page of the settings. */
export function To({ page, label, children }: LinkProps): JSX.Element {
  return (
    <a
      href={`/desk/settings/${page}`}
      aria-label={label}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        go({ settings: page, conversation: null });
      }}
    >
      {children}
    </a>
  );
}

/** Does something at once, and says how it went. */
export async function attempt(act: () => Promise<unknown>, done: string): Promise<boolean> {
  try {
    await act();
    say(done);
    return true;
  } catch (error) {
    say(inFull(error), true);
    return false;
  }
}
