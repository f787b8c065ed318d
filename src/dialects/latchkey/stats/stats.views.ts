/** Statistics, as the answer shows them (docs/contracts/latchkey.md §7). */
import { ApiProperty } from '../../../internals/index.js';
import type { TokenStatistics, TokensByDay } from '../../../core/index.js';
import { timeView } from '../times.js';

class TokenFiguresView {
  @ApiProperty({ type: 'integer', example: 120, description: 'Enabled and not expired.' })
  active!: number;

  @ApiProperty({ type: 'integer', example: 4 })
  expired!: number;

  @ApiProperty({ type: 'integer', example: 2, description: 'And not expired.' })
  disabled!: number;

  @ApiProperty({ type: 'integer', example: 3, description: 'Active ones that expire within 7 days.' })
  expiring_7_days!: number;

  @ApiProperty({ type: 'integer', example: 9, description: 'Active ones that expire within 30 days.' })
  expiring_30_days!: number;

  @ApiProperty({ type: 'integer', example: 1, description: 'Those whose previous secret is still accepted.' })
  overlaps_running!: number;

  @ApiProperty({
    type: 'integer',
    example: 1,
    description: 'Of these, those whose previous secret was used within a day.',
  })
  old_secret_in_use!: number;

  @ApiProperty({ type: 'integer', example: 12, description: 'Active ones that were used, but not within 90 days.' })
  unused_90_days!: number;

  @ApiProperty({ type: 'integer', example: 7, description: 'Active ones that were never used.' })
  never_used!: number;
}

class VerificationsView {
  @ApiProperty({ format: 'date-time', example: '2026-01-31T12:00:00.000Z', description: 'When this instance started.' })
  since!: string;

  @ApiProperty({ type: 'integer', example: 20_000 })
  admitted!: number;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    example: { unknown: 3, expired: 1 },
    description: 'By the reason.',
  })
  refused!: Readonly<Record<string, number>>;
}

class DayView {
  @ApiProperty({ format: 'date', example: '2026-01-31', description: 'In UTC.' })
  date!: string;

  @ApiProperty({ type: 'integer', example: 3 })
  count!: number;
}

export class StatsView {
  @ApiProperty({ format: 'date-time', example: '2026-01-31T12:00:00.000Z', description: 'When it was counted.' })
  at!: string;

  @ApiProperty({ description: 'Of every kind; logins are no tokens.' })
  tokens!: TokenFiguresView;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    example: 12,
    description: '`null` for who is no administrator of the server.',
  })
  users!: number | null;

  @ApiProperty({ type: 'integer', example: 3 })
  accounts!: number;

  @ApiProperty({
    type: VerificationsView,
    nullable: true,
    description: 'By this instance, of credentials of any kind; for administrators of the server.',
  })
  verifications!: VerificationsView | null;

  @ApiProperty({
    type: [DayView],
    description: 'Active tokens by the day of their expiry: today and 29 days after it.',
  })
  expiries!: DayView[];

  @ApiProperty({ type: [DayView], description: 'Tokens by the day of their last use: today and 29 days before it.' })
  uses!: DayView[];
}

export function statsView(
  at: Date,
  { totals, expiries, uses }: TokenStatistics,
  others: Pick<StatsView, 'users' | 'accounts' | 'verifications'>,
): StatsView {
  return {
    at: timeView(at),
    tokens: {
      active: totals.active,
      expired: totals.expired,
      disabled: totals.disabled,
      expiring_7_days: totals.expiring7Days,
      expiring_30_days: totals.expiring30Days,
      overlaps_running: totals.overlapsRunning,
      old_secret_in_use: totals.oldSecretInUse,
      unused_90_days: totals.unused90Days,
      never_used: totals.neverUsed,
    },
    ...others,
    expiries: dayViews(expiries),
    uses: dayViews(uses),
  };
}

function dayViews(days: TokensByDay): DayView[] {
  return [...days].map(([day, count]) => ({ date: new Date(day).toISOString().slice(0, 10), count }));
}
