import { guardCases } from './guard-cases.js';
import { NGINX } from './proxies.js';
import { undecidedCases } from './undecided-cases.js';

guardCases(NGINX);
undecidedCases(NGINX, 503);
