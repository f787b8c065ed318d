/** Serves `access_tokens/change_pass_code`, which is for the logins of consumers (docs/contracts/crm.md §4.10). */
import { Post } from '@nestjs/common';
import type { Secret } from '../../core/index.js';
import { AccessTokenService } from './access-token.service.js';
import { ChangePassCodeInput } from './access-tokens.inputs.js';
import { CrmController } from './crm.controller.js';
import { Documented } from './crm.docs.js';
import { CrmError } from './crm.errors.js';
import { Caller, Given, Permits, type CrmCaller } from './crm.guard.js';
import { okStatus, type Envelope } from './crm.views.js';
import { readNewPassCode } from './pass-code-rules.js';

@CrmController('access_tokens', 'Access tokens')
export class OwnPassCodeController {
  constructor(private readonly tokens: AccessTokenService) {}

  @Permits('own_pass_code:change')
  @Post('change_pass_code')
  @Documented({
    summary: 'Change one’s own pass code',
    description:
      'For the login of a consumer (`authentication/consumer_application_key/token`): the access token is the one that ' +
      'it was opened with. Its identifier must be an e-mail address. Its other logins end.',
    body: ChangePassCodeInput,
    data: 'statusOnly',
    errors: ['invalidToken', 'notPermitted', 'parameterMissing', 'invalidParameter', 'invalidRequest', 'invalidState'],
  })
  async change(
    @Caller() caller: CrmCaller,
    @Given(readNewPassCode) passCode: Secret,
  ): Promise<Omit<Envelope<never>, 'data'>> {
    // The permission is for consumers only.
    if (!caller.consumer) throw new CrmError('notPermitted');
    await this.tokens.changePassCode(caller, caller.consumer, passCode);
    return { status: okStatus() };
  }
}
