/** Rounds of the campaign: every history, crashed and on failing disks, from one seed. */

import { Campaign, type CampaignReport } from "./campaign.js";
import type { DiskFault } from "./faulty-disk.js";
import { histories } from "./histories.js";
import { Random } from "./random.js";

/** How much of each history a round tries. */
export interface RoundSize {
  /** Disk images by history. */
  readonly images: { readonly [history: string]: number };
  /** Random subsets of each moment that has too many to try all. */
  readonly samples: number;
  /** Histories that also run on failing disks, in every operation. */
  readonly failing: readonly string[];
}

export const SOAK_ROUND: RoundSize = {
  images: { tiny: 1500, sessions: 1500, spilling: 60, segments: 250 },
  samples: 12,
  failing: ["tiny", "sessions"],
};

const KINDS = ["eio", "short", "enospc"] as const;

/** Runs one round; stops at the campaign's limit of failures. */
export async function runRound(seed: number, size: RoundSize): Promise<CampaignReport> {
  const campaign = new Campaign(new Random(seed));
  for (const [name, history] of Object.entries(histories)) {
    const images = size.images[name] ?? 0;
    if (images > 0) await campaign.crashEverywhere(name, history, images, size.samples);
    if (!size.failing.includes(name)) continue;
    for (const kind of KINDS) {
      for (const evicted of [false, true]) await failEverywhere(campaign, name, { kind, evicted });
    }
  }
  return campaign.report;
}

async function failEverywhere(campaign: Campaign, name: string, how: Omit<DiskFault, "operation">): Promise<void> {
  const history = histories[name];
  if (history === undefined) throw new Error(`no history ${name}`);
  for (let operation = 0; !campaign.isOver; operation++) {
    if (!(await campaign.failOnce(name, history, { ...how, operation }))) return;
  }
}
