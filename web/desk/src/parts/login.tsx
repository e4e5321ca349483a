// Logging in.

import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { post } from "../model/api.ts";
import type { Session } from "../model/types.ts";
import { t, told } from "../words.ts";

interface Props {
  ended: boolean;
  onEnter: (session: Session) => void;
}

export function LogIn({ ended, onEnter }: Props): JSX.Element {
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const email = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  // Before anything else is heard: who types at once types into the first field.
  useLayoutEffect(() => {
    document.title = `${t("login")} · ${t("product")}`;
    email.current?.focus();
  }, []);
  const enter = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setError(null);
    try {
      const body = { email: email.current?.value.trim() ?? "", password: password.current?.value ?? "" };
      onEnter(await post<Session>("session", body));
    } catch (problem) {
      setError(told(problem) || t("loginFailed"));
      setBusy(false);
      password.current?.select();
    }
  };
  return (
    <main class="login">
      <form onSubmit={(event) => void enter(event)} aria-busy={busy}>
        <h1>{t("product")}</h1>
        {ended && !error && <p class="hint" role="status">{t("sessionEnded")}</p>}
        <label>
          <span>{t("email")}</span>
          <input ref={email} type="email" name="email" autocomplete="username" required aria-describedby={error ? "login-error" : undefined} />
        </label>
        <label>
          <span>{t("password")}</span>
          <input ref={password} type="password" name="password" autocomplete="current-password" required aria-describedby={error ? "login-error" : undefined} />
        </label>
        <p id="login-error" class="error" role="alert">{error}</p>
        <button type="submit" class="main" disabled={busy}>{t("login")}</button>
      </form>
    </main>
  );
}
