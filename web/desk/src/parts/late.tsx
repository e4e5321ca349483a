// Doors to what most people never open. What lies behind is loaded when somebody goes there.

import type { ComponentType, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../words.ts";

export const SettingsPlace = late(() => import("../settings/settings.tsx").then((found) => found.Settings));
export const BoardPlace = late(() => import("../board/board.tsx").then((found) => found.BoardPage));

function late<Props extends object>(load: () => Promise<ComponentType<Props>>): (props: Props) => JSX.Element {
  return function Late(props: Props): JSX.Element {
    const [Shown, setShown] = useState<ComponentType<Props> | null>(null);
    const [failed, setFailed] = useState(false);
    useEffect(() => {
      load()
        .then((found) => setShown(() => found))
        .catch(() => setFailed(true));
    }, []);
    if (Shown) return <Shown {...props} />;
    return (
      <main id="main" class="settings" tabIndex={-1}>
        {failed ? (
          <p class="empty error" role="alert">
            {t("pageFailed")} <button type="button" onClick={() => location.reload()}>{t("reload")}</button>
          </p>
        ) : (
          <p class="empty" role="status">{t("loading")}</p>
        )}
      </main>
    );
  };
}
