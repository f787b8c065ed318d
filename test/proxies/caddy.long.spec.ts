import { applicationCases } from './application-cases.js';
import { guardCases } from './guard-cases.js';
import { CADDY } from './proxies.js';
import { undecidedCases } from './undecided-cases.js';

guardCases(CADDY);
undecidedCases(CADDY, 502);
applicationCases(CADDY);
