/**
 * Contracts of homes and stores: what hygge asks of every type, for our own types and for other people's. They know
 * no test runner; each case has a name and a function that rejects where the contract is broken.
 */
export type { ContractCase } from './case.js';
export { type HomeContractOptions, homeContract } from './home-contract.js';
export { type StoreContractOptions, storeContract } from './store-contract.js';
export type { TextTable } from './text-table.js';
