/** Says that a limit was reached: on the channel, and as a sample in the log. */
import { Logger } from '@nestjs/common';
import { SampledWarnings } from '../../core/index.js';
import { capacityChannel, type CapacityMessage } from '../tracking/channels.js';

/** Of one kind of limit, so that a flood against one does not hide the others from the log. */
export class CapacityReports {
  private readonly warnings: SampledWarnings;

  /** @param context - under which the log has the warnings */
  constructor(
    context: string,
    private readonly resource: CapacityMessage['resource'],
  ) {
    this.warnings = new SampledWarnings(new Logger(context));
  }

  /** @param text - names the limit and the setting that raises it; without it, nothing is logged */
  add(limit: number, address: string | null | undefined, text?: string): void {
    if (capacityChannel.hasSubscribers) {
      capacityChannel.publish({ resource: this.resource, limit, address: address ?? null });
    }
    if (text !== undefined) this.warnings.warn(text);
  }
}
