/** What is typed, read as Markdown and written as the HTML that Matrix allows. */

/** A person, a unit of the institution or a named group of the chat, as the text names them. */
export type Mention = { name: string } & ({ userId: string } | { unit: number } | { group: true });

const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => escapes[sign] ?? sign);
}

interface Rule {
  pattern: RegExp;
  write: (found: RegExpExecArray, inner: (text: string) => string) => string;
}

/** A delimiter opens before a word and closes after one, so that 2 * 3 * 4 stays as it is. */
const paired = (sign: string, tag: string): Rule => ({
  pattern: new RegExp(
    `(?<![\\p{L}\\p{N}])${sign}(?=\\S)([\\s\\S]+?)(?<=\\S)${sign}(?![\\p{L}\\p{N}])`,
    "u",
  ),
  write: (found, inner) => `<${tag}>${inner(found[1] ?? "")}</${tag}>`,
});

const inlineRules: readonly Rule[] = [
  { pattern: /\\([\\`*_~|[\]()#>$-])/, write: ([, sign = ""]) => escapeHtml(sign) },
  {
    pattern: /(`+)([\s\S]+?)\1(?!`)/,
    write: ([, , code = ""]) => `<code>${escapeHtml(code.trim())}</code>`,
  },
  {
    pattern: /(?<![\p{L}\p{N}$])\$(?=[^\s$])([^$\n]+?)(?<=\S)\$(?![\p{L}\p{N}])/u,
    write: ([, tex = ""]) =>
      `<span data-mx-maths="${escapeHtml(tex)}"><code>${escapeHtml(tex)}</code></span>`,
  },
  {
    pattern: /\[([^\]\n]+)\]\(((?:https?:\/\/|mailto:|matrix:)[^\s)]+(?:\([^\s)]*\)[^\s)]*)*)\)/,
    write: ([, text = "", href = ""], inner) => `<a href="${escapeHtml(href)}">${inner(text)}</a>`,
  },
  { pattern: /https?:\/\/[^\s<>"]+/, write: ([address]) => escapeHtml(address ?? "") },
  paired("\\*\\*", "strong"),
  paired("__", "strong"),
  paired("~~", "del"),
  {
    pattern: /\|\|(?=\S)([\s\S]+?)(?<=\S)\|\|/,
    write: (found, inner) => `<span data-mx-spoiler>${inner(found[1] ?? "")}</span>`,
  },
  paired("\\*", "em"),
  paired("_", "em"),
];

function mentionRule(mentions: readonly Mention[]): Rule[] {
  if (mentions.length === 0) return [];
  const names = mentions.map(({ name }) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  names.sort((a, b) => b.length - a.length);
  return [
    {
      pattern: new RegExp(`@(${names.join("|")})(?![\\p{L}\\p{N}])`, "u"),
      write: ([, name = ""]) => {
        const mention = mentions.find((each) => each.name === name);
        // There is no address of a unit or a group: its name stands as it was written.
        if (!mention || !("userId" in mention)) return escapeHtml(`@${name}`);
        const { userId } = mention;
        const href = `https://matrix.to/#/${encodeURIComponent(userId).replaceAll("%40", "@").replaceAll("%3A", ":")}`;
        return `<a href="${escapeHtml(href)}">${escapeHtml(name)}</a>`;
      },
    },
  ];
}

/** Pictures of packs within the text, with their codes for who cannot see them (MSC2545). */
function emoticonRule(emoticons: ReadonlyMap<string, { url: string }>): Rule[] {
  if (emoticons.size === 0) return [];
  const codes = [...emoticons.keys()].map((code) => code.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return [
    {
      pattern: new RegExp(`:(${codes.join("|")}):`, "u"),
      write: ([, code = ""]) => {
        const [src, name] = [emoticons.get(code)?.url ?? "", `:${code}:`].map(escapeHtml);
        return `<img data-mx-emoticon src="${src}" alt="${name}" title="${name}" height="32">`;
      },
    },
  ];
}

function writeInline(text: string, rules: readonly Rule[]): string {
  let first: { found: RegExpExecArray; rule: Rule } | undefined;
  for (const rule of rules) {
    const found = rule.pattern.exec(text);
    if (found && (!first || found.index < first.found.index)) first = { found, rule };
  }
  if (!first) return escapeHtml(text).replaceAll("\n", "<br>");
  const { found, rule } = first;
  const inner = (part: string) => writeInline(part, rules);
  return (
    escapeHtml(text.slice(0, found.index)).replaceAll("\n", "<br>") +
    rule.write(found, inner) +
    inner(text.slice(found.index + found[0].length))
  );
}

const BULLET = /^(\s*)(?:([-*+])|(\d{1,9})[.)])\s+(.*)$/;

class Blocks {
  private at = 0;
  private readonly html: string[] = [];

  constructor(
    private readonly lines: readonly string[],
    private readonly rules: readonly Rule[],
  ) {}

  private get line(): string {
    return this.lines[this.at] ?? "";
  }

  /** Takes lines while `holds`. */
  private take(holds: (line: string) => boolean): string[] {
    const taken: string[] = [];
    while (this.at < this.lines.length && holds(this.line)) {
      taken.push(this.line);
      this.at++;
    }
    return taken;
  }

  write(): string {
    while (this.at < this.lines.length) {
      const line = this.line;
      if (!line.trim()) this.at++;
      else if (/^\s*(```|~~~)/.test(line)) this.fence();
      else if (/^\$\$\s*$/.test(line)) this.formula();
      else if (/^#{1,6}\s/.test(line)) this.heading();
      else if (/^(?:-{3,}|\*{3,}|_{3,})\s*$/.test(line)) this.rule();
      else if (/^>/.test(line)) this.quote();
      else if (BULLET.test(line)) this.list();
      else if (this.isTable()) this.table();
      else this.paragraph();
    }
    return this.html.join("");
  }

  private inline(text: string): string {
    return writeInline(text, this.rules);
  }

  private fence(): void {
    const mark = /^\s*(```|~~~)\s*([\w+#-]*)/.exec(this.line);
    this.at++;
    const code = this.take((line) => !line.trimStart().startsWith(mark?.[1] ?? "```"));
    this.at++;
    const language = mark?.[2] ? ` class="language-${escapeHtml(mark[2].toLowerCase())}"` : "";
    this.html.push(`<pre><code${language}>${escapeHtml(code.join("\n"))}\n</code></pre>`);
  }

  private formula(): void {
    this.at++;
    const tex = escapeHtml(this.take((line) => !/^\$\$\s*$/.test(line)).join("\n"));
    this.at++;
    this.html.push(`<div data-mx-maths="${tex}"><code>${tex}</code></div>`);
  }

  private heading(): void {
    const [, marks = "#", text = ""] = /^(#{1,6})\s+(.*)$/.exec(this.line) ?? [];
    this.html.push(`<h${marks.length}>${this.inline(text)}</h${marks.length}>`);
    this.at++;
  }

  private rule(): void {
    this.html.push("<hr>");
    this.at++;
  }

  private quote(): void {
    const inner = this.take((line) => line.startsWith(">")).map((line) => line.replace(/^> ?/, ""));
    this.html.push(`<blockquote>${new Blocks(inner, this.rules).write()}</blockquote>`);
  }

  private list(): void {
    const ordered = BULLET.exec(this.line)?.[3];
    const indent = /^\s*/.exec(this.line)?.[0].length ?? 0;
    const items: string[] = [];
    while (this.at < this.lines.length) {
      const found = BULLET.exec(this.line);
      if (!found || (found[1] ?? "").length !== indent) break;
      if ((found[3] === undefined) !== (ordered === undefined)) break;
      this.at++;
      const more = this.take(
        (line) =>
          line.trim() !== "" &&
          /^\s*/.exec(line)?.[0].length !== undefined &&
          (/^\s*/.exec(line)?.[0].length ?? 0) > indent,
      );
      const nested = more.length > 0 ? new Blocks(dedent(more), this.rules).write() : "";
      items.push(`<li>${this.inline(found[4] ?? "")}${nested}</li>`);
    }
    const start = ordered && ordered !== "1" ? ` start="${Number(ordered)}"` : "";
    const tag = ordered === undefined ? "ul" : "ol";
    this.html.push(`<${tag}${start}>${items.join("")}</${tag}>`);
  }

  private isTable(): boolean {
    const next = this.lines[this.at + 1] ?? "";
    return this.line.includes("|") && next.includes("|") && /^\s*\|?[\s:|-]*-[\s:|-]*$/.test(next);
  }

  private table(): void {
    const rows = this.take((line) => line.includes("|")).map(cells);
    const row = (tag: string) => (cellsOfRow: string[]) =>
      `<tr>${cellsOfRow.map((cell) => `<${tag}>${this.inline(cell)}</${tag}>`).join("")}</tr>`;
    const head = rows.slice(0, 1).map(row("th")).join("");
    const body = rows.slice(2).map(row("td")).join("");
    this.html.push(`<table><thead>${head}</thead><tbody>${body}</tbody></table>`);
  }

  private paragraph(): void {
    const lines = [this.line];
    this.at++;
    lines.push(
      ...this.take(
        (line) =>
          line.trim() !== "" && !/^(\s*(```|~~~)|#{1,6}\s|>)/.test(line) && !BULLET.test(line),
      ),
    );
    this.html.push(`<p>${this.inline(lines.join("\n"))}</p>`);
  }
}

function dedent(lines: readonly string[]): string[] {
  const indent = Math.min(...lines.map((line) => /^\s*/.exec(line)?.[0].length ?? 0));
  return lines.map((line) => line.slice(indent));
}

function cells(line: string): string[] {
  return line
    .trim()
    .replace(/^\||\|$/g, "")
    .split("|")
    .map((cell) => cell.trim());
}

/** The HTML of `text`, or undefined where it would say no more than the text itself. */
export function markdownToHtml(
  text: string,
  mentions: readonly Mention[] = [],
  emoticons: ReadonlyMap<string, { url: string }> = new Map(),
): string | undefined {
  const rules = [...mentionRule(mentions), ...emoticonRule(emoticons), ...inlineRules];
  const html = new Blocks(text.split("\n"), rules).write();
  const paragraphs = html.match(/^<p>([\s\S]*)<\/p>$/)?.[1];
  const single = paragraphs !== undefined && !paragraphs.includes("<p>") ? paragraphs : html;
  const plain = single
    .replaceAll("<br>", "\n")
    .replaceAll("</p><p>", "\n\n")
    .replace(/^<p>|<\/p>$/g, "");
  return plain === escapeHtml(text) ? undefined : single;
}
