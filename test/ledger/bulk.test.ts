import { BULKS } from './bulk.js';
import { testLedger } from './ledger.js';

testLedger('bulk', BULKS);
