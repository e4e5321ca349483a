// The door to the settings. They are loaded when somebody goes there: most people never do.

import type { ComponentType, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../words.ts";

type Page = ComponentType<{ page: string }>;

export function SettingsPlace({ page }: { page: string }): JSX.Element {
  const [Shown, setShown] = useState<Page | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    import("../settings/settings.tsx")
      .then((found) => setShown(() => found.Settings))
      .catch(() => setFailed(true));
  }, []);
  if (Shown) return <Shown page={page} />;
  return (
    <main id="main" class="settings" tabIndex={-1}>
      {failed ? (
        <p class="empty error" role="alert">
          {t("settingsFailed")} <button type="button" onClick={() => location.reload()}>{t("reload")}</button>
        </p>
      ) : (
        <p class="empty" role="status">{t("loading")}</p>
      )}
    </main>
  );
}
