/** How vectors are stored: `int8` takes dim + 4 bytes a row, `compact` about dim / 2 + 6. */
export type StorageProfile = 'int8' | 'compact';
