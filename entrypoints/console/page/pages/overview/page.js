// What a person wants to know first: what was spent, what is wrong, what ends soon, and what others have changed.

import { takePrefetched } from "../../core/prefetch.js";
import { get } from "../../core/api.js";
import { OVERVIEW } from "../../core/api-paths.js";
import { follow } from "../../core/live.js";
import { href } from "../../core/router.js";
import { html } from "../../core/view.js";
import { Bars } from "../../parts/chart.js";
import { dayOf, everyDay } from "../usage/series.js";
import { failure } from "../../parts/failure.js";
import { page } from "../../parts/page.js";
import { isHeld } from "../../parts/busy.js";
import { section } from "../../parts/section.js";
import { money } from "../../core/format.js";
import { attention } from "./attention.js";
import { recentEvents } from "./recent-events.js";
import { isBegun, steps } from "./steps.js";
import { tiles } from "./tiles.js";

const USAGE_MS = 60_000;

// They are read together, and fail together: the first says so for all of them.
export async function show({ signal }) {
  const figures = new Figures(signal);
  const top = section(null, async () => (await figures.known()).begun ? tiles(figures.now) : steps(figures.now), (error) => failure(error, load));
  const chart = section("Spend this month", async () => (await figures.known()).begun ? spendByDay(figures.now.month) : null, () => null);
  const wrong = section("Needs attention", async () => (await figures.known()).begun ? attention(figures.now) : null, () => null);
  const changed = section("Recent changes", async () => recentEvents((await figures.known()).events), () => null);
  const parts = [top, chart, wrong, changed];
  const load = async () => {
    figures.forget();
    await Promise.all(parts.map((part) => part.load()));
  };
  await load();
  const main = document.getElementById("main");
  follow({ isNews: () => true, isBusy: () => isHeld(main), renew: load, signal });
  const timer = setInterval(() => document.hidden || isHeld(main) || load(), USAGE_MS);
  signal.addEventListener("abort", () => clearInterval(timer));
  return page("Overview", { lead: "Days and months are in UTC." }, html`<div class="overview">${parts.map((part) => part.view)}</div>`);
}

// All that several sections show, asked once for all of them.
class Figures {
  constructor(signal) {
    this.signal = signal;
    this.asked = null;
    this.now = null;
  }

  forget() {
    this.asked = null;
  }

  known() {
    this.asked ??= this.#ask();
    return this.asked;
  }

  async #ask() {
    const found = await takePrefetched("overview", () => get(OVERVIEW, {}, this.signal));
    const [providers, unhealthy, degraded, models, keys] = [found.providers, found.unhealthyProviders, found.degradedProviders, found.models, found.keys].map(listOf);
    const now = { today: found.usage.to, month: found.usage, budget: found.budget, events: found.events, providers, unhealthy, degraded, models, keys };
    this.now = { ...now, begun: isBegun(now) };
    return this.now;
  }
}

const listOf = ({ total, data }) => ({ data, pagination: { total } });

function spendByDay(month) {
  if (month.totals.requests === 0) return html`<p class="quiet">No model was called this month.</p>`;
  const points = everyDay(month.from, month.to);
  const found = new Map(month.data.map((group) => [Date.parse(group.day) / 1000, Number(group.costUsd)]));
  const series = [{ name: "Cost", values: points.map((point) => found.get(point) ?? 0) }];
  return html`<${Bars} points=${points} series=${series} title="Cost by day" show=${money} when=${dayOf} /><p class="quiet"><a href=${href("/usage")}>Usage in full</a></p>`;
}
