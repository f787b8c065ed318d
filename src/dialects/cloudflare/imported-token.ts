/** Reads what service tokens of other servers have that other tokens have not (docs/contracts/cloudflare.md §2.1). */
import { InvalidRow, rowText, rowTime, type ForeignToken, type RowMembers } from '../../core/index.js';
import { FOREVER, expiryOf, isDuration } from './duration.js';
import { CLIENT_ID_FORM } from './service-token.form.js';

/** Without an end, a token lasts as long as its duration says; without that either, for ever. @throws InvalidRow */
export function importedServiceToken(
  row: RowMembers,
  created: Date,
): Pick<ForeignToken, 'handle' | 'expiresAt' | 'own'> {
  const handle = rowText(row, 'id', 1, 255);
  if (!CLIENT_ID_FORM.test(handle))
    throw new InvalidRow('id is no client id: 32 lower-case hex characters and .access');
  const end = rowTime(row, 'expires_at');
  // What a refresh will add: the time that the token has had from the beginning.
  const hours = end ? Math.max(1, Math.round((end.getTime() - created.getTime()) / 3_600_000)) : 0;
  const duration = rowText(row, 'duration', 1, 255, end ? `${String(hours)}h` : FOREVER);
  if (!isDuration(duration)) throw new InvalidRow('duration is neither forever nor a duration such as 8760h');
  return { handle, expiresAt: end ?? expiryOf(duration, created, created), own: { duration } };
}
