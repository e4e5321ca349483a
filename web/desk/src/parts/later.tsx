// What few people open is loaded when somebody goes there.

import type { ComponentType, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../words.ts";

/** A part that is loaded when it is first shown. `whole` is one that is the main part of the page. */
export function later<P extends object>(load: () => Promise<ComponentType<P>>, whole = false): (props: P) => JSX.Element {
  let loaded: ComponentType<P> | null = null;
  return function Later(props: P): JSX.Element {
    const [Shown, setShown] = useState<ComponentType<P> | null>(() => loaded);
    const [failed, setFailed] = useState(false);
    useEffect(() => {
      if (loaded) return;
      load()
        .then((found) => {
          loaded = found;
          setShown(() => found);
        })
        .catch(() => setFailed(true));
    }, []);
    if (Shown) return <Shown {...props} />;
    const waits = failed ? (
      <p class="empty error" role="alert">
        {t("notLoaded")} <button type="button" onClick={() => location.reload()}>{t("reload")}</button>
      </p>
    ) : (
      <p class="empty" role="status">{t("loading")}</p>
    );
    return whole ? <main id="main" class="settings" tabIndex={-1}>{waits}</main> : waits;
  };
}
