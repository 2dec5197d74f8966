import { type PDFDocumentProxy, TextLayer } from "pdfjs-dist";
import { createEffect, createResource, createSignal, For, on, onCleanup, onMount } from "solid-js";
import { openPdf } from "./pdf";
import { word } from "./words";
import type { Trouble } from "./zip";
import { DocumentError } from "./zip";

/** Pages this far out of sight are drawn already, and kept. */
const AHEAD = "1200px";
const WIDEST = 900;
const MOST_PIXELS = 16 * 2 ** 20;
const SCALE_OF_TEXT = "--total-scale-factor";

interface Size {
  width: number;
  height: number;
}

/** The pages of a PDF, each drawn when it comes near. */
export default function PdfPages(props: {
  file: Blob;
  zoom: number;
  onTrouble: (trouble: Trouble) => void;
}) {
  const [width, setWidth] = createSignal(0);
  const [opened] = createResource(async () => {
    try {
      const pdf = await openPdf(props.file);
      if (gone) pdf.close();
      onClose = pdf.close;
      const { width, height } = (await pdf.document.getPage(1)).getViewport({ scale: 1 });
      return { document: pdf.document, first: { width, height } };
    } catch (error) {
      props.onTrouble(error instanceof DocumentError ? error.trouble : "broken");
      return undefined;
    }
  });
  let holder!: HTMLDivElement;
  let onClose = () => {};
  let gone = false;
  onMount(() => {
    const watch = new ResizeObserver(() => setWidth(holder.clientWidth));
    watch.observe(holder);
    onCleanup(() => watch.disconnect());
  });
  onCleanup(() => {
    gone = true;
    onClose();
  });
  const shown = () => Math.min(width(), WIDEST) * props.zoom;
  return (
    <div ref={holder} class="pdf-pages">
      <For each={Array.from({ length: opened()?.document.numPages ?? 0 }, (_, at) => at + 1)}>
        {(number) => (
          <Page
            document={opened()?.document as PDFDocumentProxy}
            number={number}
            width={shown()}
            first={opened()?.first as Size}
          />
        )}
      </For>
    </div>
  );
}

function Page(props: { document: PDFDocumentProxy; number: number; width: number; first: Size }) {
  const [near, setNear] = createSignal(false);
  const [size, setSize] = createSignal(props.first);
  let place!: HTMLElement;
  let canvas!: HTMLCanvasElement;
  let text!: HTMLDivElement;
  onMount(() => {
    const watch = new IntersectionObserver(
      (entries) => setNear(entries.at(-1)?.isIntersecting ?? false),
      { root: place.closest(".document-stage"), rootMargin: AHEAD },
    );
    watch.observe(place);
    onCleanup(() => watch.disconnect());
  });

  async function draw(width: number, isGone: () => boolean): Promise<void> {
    const page = await props.document.getPage(props.number);
    if (isGone()) return;
    const plain = page.getViewport({ scale: 1 });
    setSize({ width: plain.width, height: plain.height });
    const scale = width / plain.width;
    const viewport = page.getViewport({ scale });
    const area = viewport.width * viewport.height;
    const density = Math.min(window.devicePixelRatio, Math.sqrt(MOST_PIXELS / area));
    canvas.width = Math.floor(viewport.width * density);
    canvas.height = Math.floor(viewport.height * density);
    const task = page.render({ canvas, viewport, transform: [density, 0, 0, density, 0, 0] });
    onGone(isGone, () => task.cancel());
    await task.promise;
    if (isGone()) return;
    place.style.setProperty(SCALE_OF_TEXT, String(scale));
    text.replaceChildren();
    const source = page.streamTextContent();
    await new TextLayer({ textContentSource: source, container: text, viewport }).render();
  }
  const ends = new Set<() => void>();
  function onGone(isGone: () => boolean, end: () => void): void {
    if (isGone()) end();
    else ends.add(end);
  }
  createEffect(
    on([near, () => Math.round(props.width)], ([isNear, width]) => {
      if (!isNear || width < 1) {
        // A long document would fill the memory.
        canvas.width = 0;
        text.replaceChildren();
        return;
      }
      let gone = false;
      // What was given up, or cannot be drawn, leaves its place empty.
      draw(width, () => gone).catch(() => {});
      onCleanup(() => {
        gone = true;
        for (const end of ends) end();
        ends.clear();
      });
    }),
  );
  return (
    <section
      ref={place}
      class="pdf-page"
      style={{
        width: `${props.width}px`,
        "aspect-ratio": `${size().width} / ${size().height}`,
      }}
      aria-label={word("page", { count: props.number })}
    >
      <canvas ref={canvas} />
      <div ref={text} class="pdf-text" />
    </section>
  );
}
