import { stateSuite } from './state-cases.js';

stateSuite('access_tokens/set_as_not_effective', 'EFFECTIVE', 'NOT_EFFECTIVE');
