import { stateSuite } from './state-cases.js';

stateSuite('access_tokens/set_as_effective', 'NOT_EFFECTIVE', 'EFFECTIVE');
