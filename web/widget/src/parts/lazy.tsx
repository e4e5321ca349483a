// A part that is fetched when it is wanted for the first time.

import type { ComponentType, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

type Props<P> = P & { load: () => Promise<{ default: ComponentType<P> }> };

export function Lazy<P extends object>({ load, ...rest }: Props<P>): JSX.Element | null {
  const [part, setPart] = useState<{ Part: ComponentType<P> } | null>(null);
  useEffect(() => {
    load().then(
      ({ default: Part }) => setPart({ Part }),
      () => undefined,
    );
  }, []);
  return part && <part.Part {...(rest as unknown as P)} />;
}
