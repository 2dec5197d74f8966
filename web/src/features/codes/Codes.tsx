import { createSignal, lazy, Show, Suspense } from "solid-js";
import type { Scanned } from "./ScanDialog";
import { word } from "./words";

const CodeDialog = lazy(() => import("./CodeDialog"));
/** Reads a code; for who shows it where they are. */
export const ScanDialog = lazy(() => import("./ScanDialog"));

const [shown, setShown] = createSignal<{ name: string; link: string }>();
const [asked, setAsked] = createSignal<(text: string) => boolean>();

/** Shows `place`, an address of the client, as a code that others scan. */
export function showCode(name: string, place: string): void {
  setShown({ name, link: `${location.origin}${location.pathname}${place}` });
}

/** Reads a code by the camera. `take` gives whether it was one to do something with. */
export function scanCode(take: (text: string) => boolean): void {
  setAsked(() => take);
}

/** Where codes and the camera appear; once in the application. */
export function Codes() {
  const found = ({ text }: Scanned) => {
    if (!asked()?.(text)) return word("otherCode");
    setAsked(undefined);
    return undefined;
  };
  return (
    <Suspense>
      <Show when={shown()}>
        {(one) => <CodeDialog {...one()} onClose={() => setShown(undefined)} />}
      </Show>
      <Show when={asked()}>
        <ScanDialog title={word("scan")} onFound={found} onClose={() => setAsked(undefined)} />
      </Show>
    </Suspense>
  );
}
