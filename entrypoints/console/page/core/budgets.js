// Budgets in words.

import { money, spend } from "./format.js";

const EVERY = { day: "a day", week: "a week", month: "a month", total: "in all" };

/** @type {[period: string, label: string][]} */
export const PERIODS = [["day", "A day"], ["week", "A week"], ["month", "A month"], ["total", "In all"]];

export const budgetText = ({ spentUsd, usd, period }) => `${spend(spentUsd)} of ${money(usd)} ${EVERY[period]}`;
