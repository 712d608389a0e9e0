/** How a team's way of working changes from the beginning of history (first value) to now (second). */
export interface Story {
  readonly slug: string;
  readonly name: string;
  readonly people: number;
  readonly keyPrefix: string;
  /** Median working hours until somebody looks at a request. */
  readonly reviewHours: readonly [number, number];
  /** Median changed lines of a request. */
  readonly lines: readonly [number, number];
  /** Share of deployments that turn out bad. */
  readonly badDeployments: readonly [number, number];
  readonly ciMinutes: readonly [number, number];
  readonly flaky: readonly [number, number];
  /** Share of requests merged without any review. */
  readonly unreviewed: readonly [number, number];
}

export const stories: readonly Story[] = [
  {
    slug: "payments",
    name: "Payments",
    people: 8,
    keyPrefix: "PAY",
    reviewHours: [16, 3],
    lines: [170, 60],
    badDeployments: [0.22, 0.07],
    ciMinutes: [14, 8],
    flaky: [0.1, 0.04],
    unreviewed: [0.12, 0.03],
  },
  {
    slug: "web",
    name: "Web",
    people: 8,
    keyPrefix: "WEB",
    reviewHours: [4, 4],
    lines: [70, 65],
    badDeployments: [0.08, 0.08],
    ciMinutes: [6, 7],
    flaky: [0.04, 0.05],
    unreviewed: [0.05, 0.05],
  },
  {
    slug: "mobile",
    name: "Mobile",
    people: 7,
    keyPrefix: "MOB",
    reviewHours: [7, 6],
    lines: [120, 110],
    badDeployments: [0.15, 0.14],
    ciMinutes: [24, 27],
    flaky: [0.12, 0.12],
    unreviewed: [0.06, 0.06],
  },
  {
    slug: "data",
    name: "Data",
    people: 7,
    keyPrefix: "DATA",
    reviewHours: [4, 20],
    lines: [80, 220],
    badDeployments: [0.07, 0.2],
    ciMinutes: [9, 19],
    flaky: [0.05, 0.16],
    unreviewed: [0.05, 0.2],
  },
  {
    slug: "platform",
    name: "Platform",
    people: 6,
    keyPrefix: "PLT",
    reviewHours: [3, 2.5],
    lines: [50, 45],
    badDeployments: [0.12, 0.09],
    ciMinutes: [5, 5],
    flaky: [0.03, 0.03],
    unreviewed: [0.25, 0.2],
  },
  {
    slug: "growth",
    name: "Growth",
    people: 5,
    keyPrefix: "GRO",
    reviewHours: [2, 2],
    lines: [40, 35],
    badDeployments: [0.12, 0.12],
    ciMinutes: [5, 6],
    flaky: [0.05, 0.06],
    unreviewed: [0.2, 0.18],
  },
];

/** The story's value at time share `t`: 0 when history begins, 1 now. */
export const along = ([start, end]: readonly [number, number], t: number): number =>
  start + (end - start) * Math.min(1, Math.max(0, t));
