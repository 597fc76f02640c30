import { testLedger } from './ledger.js';
import { SINGLES } from './writes.js';

testLedger('writes', SINGLES);
