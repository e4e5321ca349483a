// Work that died: why, and starting it again.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { post } from "../model/api.ts";
import { Dialog } from "../parts/dialog.tsx";
import { moment } from "../words.ts";
import { usePaged } from "./paged.ts";
import { attempt, Head, List } from "./parts.tsx";
import { w, wn } from "./words.ts";

interface DeadJob {
  id: string;
  kind: string;
  key: string;
  payload: unknown;
  attempts: number;
  last_error: string | null;
  created_at: number;
}

export function Jobs(): JSX.Element {
  const list = usePaged<DeadJob>("jobs/dead?limit=50");
  const [looking, setLooking] = useState<DeadJob | null>(null);
  const replay = (one: DeadJob): Promise<unknown> =>
    attempt(() => post(`jobs/${one.id}/replay`, {}), w("replayed")).then((done) => done && list.reload());
  return (
    <>
      <Head title={w("jobs")} about={w("jobsAbout")}>
        <button type="button" onClick={list.reload}>{w("refresh")}</button>
      </Head>
      <List
        label={w("jobs")}
        list={list}
        columns={[w("when"), w("what"), w("why"), w("tries"), ""]}
        empty={w("jobsEmpty")}
        row={(one) => (
          <tr key={one.id}>
            <td>{moment(one.created_at)}</td>
            <th scope="row">{wn("job", one.kind)}</th>
            <td><bdi>{one.last_error ?? ""}</bdi></td>
            <td>{one.attempts}</td>
            <td class="acts">
              <button type="button" class="link" onClick={() => setLooking(one)}>{w("details")}</button>
              <button type="button" class="link" onClick={() => void replay(one)}>{w("startAgain")}</button>
            </td>
          </tr>
        )}
      />
      {looking && (
        <Dialog title={wn("job", looking.kind)} onClose={() => setLooking(null)}>
          <p><bdi>{looking.last_error}</bdi></p>
          <pre tabIndex={0}>{JSON.stringify({ key: looking.key, payload: looking.payload }, null, 2)}</pre>
        </Dialog>
      )}
    </>
  );
}
