import { applicationCases } from './application-cases.js';
import { guardCases } from './guard-cases.js';
import { HAPROXY } from './proxies.js';
import { undecidedCases } from './undecided-cases.js';

guardCases(HAPROXY);
undecidedCases(HAPROXY, 503);
applicationCases(HAPROXY);
