/** Answers for features of the vendor that are not served: sign-up, mail, SAML (docs/contracts/canvus.md §3.3). */
import { Get, Post } from '@nestjs/common';
import { ApiExcludeController } from '../../internals/index.js';
import { CanvusController } from './canvus.controller.js';
import { Permits } from './canvus.guard.js';
import { CanvusError } from './canvus.errors.js';
import { NOT_SERVED, SIGN_UP_OFF } from './canvus.messages.js';

@ApiExcludeController()
@CanvusController('users', 'Not served')
export class NotServedController {
  @Permits('public')
  @Post('register')
  register(): never {
    throw new CanvusError(403, SIGN_UP_OFF);
  }

  @Permits('public')
  @Post(['confirm-email', 'login/saml', 'password/create-reset-token', 'password/reset'])
  byMailOrSaml(): never {
    throw new CanvusError(403, NOT_SERVED);
  }

  @Permits('public')
  @Get('password/validate-reset-token')
  validateResetToken(): never {
    throw new CanvusError(403, NOT_SERVED);
  }
}
