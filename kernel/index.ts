// What goes through the bytes of text: whether rows look as they should. Compiled to WebAssembly, whose instructions for 16
// bytes at a time JavaScript does not have; see src/formats/kernel.ts for who calls it.
export { begin, column, rowsBegin } from './columns';
export { objects } from './objects';
export { records } from './records';
