// Markdown as what a page shows. What was written stays text: no markup of its own, no picture from elsewhere, no link but to the web.

import { html } from "./view.js";

const DEEPEST = 8;
// What is longer is shown as it was written: no answer may keep the page busy.
const LONGEST_LINE = 20_000;
const INLINE = /(?<ticks>`+)(?<code>[^`]+)\k<ticks>|!?\[(?<text>[^[\]]{1,1000})\]\((?<address>[^()\s]{1,2000})(?:\s"[^"]{0,300}")?\)|\*\*(?<strong>[^*]{1,2000})\*\*|~~(?<gone>[^~]{1,2000})~~|(?<![\w*])\*(?<em>[^*\s][^*]{0,2000})\*(?![\w*])|(?<![\w_])_(?<under>[^_\s][^_]{0,2000})_(?![\w_])|(?<bare>https?:\/\/[^\s<>()[\]"'`]{1,2000}[^\s<>()[\]"'`.,;:!?])/g;
const FENCE = /^ {0,3}(\x60{3,}|~~~+)\s*([\w+#.-]*)/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)(?:\s+#+)?$/;
const RULE = /^ {0,3}([-*_])(?: *\1){2,} *$/;
const ITEM = /^( *)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const QUOTE = /^ {0,3}> ?(.*)$/;
const DIVIDER = /^ *\|? *:?-+:? *(?:\| *:?-+:? *)*\|? *$/;

export const markdown = (text) => html`<div class="markdown">${blocks(text.replace(/\r\n?/g, "\n").split("\n"), 0)}</div>`;

/** @param {string[]} lines @param {number} depth @returns {any[]} */
function blocks(lines, depth) {
  if (depth > DEEPEST) return [html`<p>${lines.join("\n")}</p>`];
  const made = [];
  let at = 0;
  while (at < lines.length) {
    const [block, next] = blockAt(lines, at, depth);
    if (block) made.push(block);
    at = next;
  }
  return made;
}

/** @returns {[block: any, next: number]} */
function blockAt(lines, at, depth) {
  const line = lines[at];
  if (line.trim() === "") return [null, at + 1];
  const fence = FENCE.exec(line);
  if (fence) return fenced(lines, at, fence);
  const heading = HEADING.exec(line);
  // The page's own heading is above all of an answer's.
  if (heading) return [html`<${`h${Math.min(heading[1].length + 2, 6)}`}>${inlines(heading[2])}<//>`, at + 1];
  if (RULE.test(line)) return [html`<hr />`, at + 1];
  if (QUOTE.test(line)) {
    const end = endOf(lines, at, (each) => QUOTE.test(each));
    return [html`<blockquote>${blocks(lines.slice(at, end).map((each) => QUOTE.exec(each)[1]), depth + 1)}</blockquote>`, end];
  }
  if (ITEM.test(line)) return listed(lines, at, depth);
  if (line.includes("|") && DIVIDER.test(lines[at + 1] ?? "") && lines[at + 1].includes("-")) return tabled(lines, at);
  const end = endOf(lines, at + 1, (each) => each.trim() !== "" && ![FENCE, HEADING, RULE, QUOTE, ITEM].some((other) => other.test(each)));
  return [html`<p>${inlines(lines.slice(at, end).join("\n"))}</p>`, end];
}

function endOf(lines, from, belongs) {
  let end = from;
  while (end < lines.length && belongs(lines[end])) end += 1;
  return end;
}

/** @param {string[]} lines @param {number} at @param {RegExpExecArray} found @returns {[block: any, next: number]} */
function fenced(lines, at, found) {
  const [, mark, language] = found;
  const end = endOf(lines, at + 1, (each) => !each.trimStart().startsWith(mark));
  return [html`<pre tabindex="0" aria-label=${language ? `Code in ${language}` : "Code"}><code>${lines.slice(at + 1, end).join("\n")}</code></pre>`, end + 1];
}

/** @returns {[block: any, next: number]} */
function listed(lines, at, depth) {
  const [, indent, sign] = ITEM.exec(lines[at]);
  const isOrdered = /\d/.test(sign);
  const items = [];
  let end = at;
  while (end < lines.length) {
    const item = ITEM.exec(lines[end]);
    if (!item || item[1].length !== indent.length || /\d/.test(item[2]) !== isOrdered) break;
    const width = indent.length + item[2].length + 1;
    const next = endOf(lines, end + 1, (each) => each.trim() === "" ? false : each.search(/\S/) > indent.length);
    items.push(html`<li>${inlines(item[3])}${blocks(lines.slice(end + 1, next).map((each) => each.slice(Math.min(each.search(/\S/), width))), depth + 1)}</li>`);
    end = next;
    // One empty line between two items does not end the list.
    if (lines[end]?.trim() === "" && ITEM.exec(lines[end + 1] ?? "")?.[1].length === indent.length) end += 1;
  }
  return [isOrdered ? html`<ol start=${sign === "1." ? undefined : Number.parseInt(sign, 10)}>${items}</ol>` : html`<ul>${items}</ul>`, end];
}

/** @returns {[block: any, next: number]} */
function tabled(lines, at) {
  const end = endOf(lines, at + 2, (each) => each.includes("|") && each.trim() !== "");
  const cells = (line) => line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => inlines(cell.trim()));
  return [html`<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>
    <thead><tr>${cells(lines[at]).map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
    <tbody>${lines.slice(at + 2, end).map((line) => html`<tr>${cells(line).map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody>
  </table></div>`, end];
}

/** @param {string} text @returns {any[]} */
function inlines(text, depth = 0) {
  if (text.length > LONGEST_LINE || depth > DEEPEST) return [text];
  const made = [];
  let at = 0;
  for (const found of text.matchAll(INLINE)) {
    made.push(text.slice(at, found.index), inline(found, depth + 1));
    at = found.index + found[0].length;
  }
  return [...made, text.slice(at)];
}

/** @param {RegExpExecArray} found @param {number} depth */
function inline(found, depth) {
  const { 0: whole, groups } = found;
  const { code, text, address, strong, gone, em, under, bare } = groups;
  if (code !== undefined) return html`<code>${code}</code>`;
  if (bare !== undefined) return link(bare, [bare]) ?? whole;
  if (text !== undefined) return link(address, inlines(text, depth)) ?? whole;
  if (strong !== undefined) return html`<strong>${inlines(strong, depth)}</strong>`;
  if (gone !== undefined) return html`<del>${inlines(gone, depth)}</del>`;
  return html`<em>${inlines(em ?? under, depth)}</em>`;
}

// Only to the web, and without a word of where it was found.
function link(address, content) {
  return /^https?:\/\//i.test(address) ? html`<a href=${address} target="_blank" rel="noopener noreferrer nofollow">${content}</a>` : null;
}
