/** How much is read at most. A file that asks for more is refused with a message before the memory is taken. */

/** Largest file that is opened, in bytes. CIFAR in any form has less than 190 MB. */
export const FILE_LIMIT = 2_000_000_000;
/** Largest file inside an archive, and largest file that must lie in memory as a whole. */
export const ENTRY_LIMIT = 400_000_000;
/** What all archives of one reading may unpack to. */
export const UNPACKED_LIMIT = 1_000_000_000;
/** Photographs shrink to a half at best, flat drawings to a twentieth. */
export const RATIO_LIMIT = 100;
/** From here on the ratio counts: a small file may shrink as it likes. */
export const RATIO_FROM = 32_000_000;
export const FILES_LIMIT = 300_000;
/** Archives inside archives. */
export const DEPTH_LIMIT = 3;
/** Bytes of all pictures as [count, side, side, 3]. */
export const PICTURES_LIMIT = 600_000_000;
export const SIDE_LIMIT = 512;
export const CLASSES_LIMIT = 1000;
/** Bytes of one encoded picture. */
export const ENCODED_LIMIT = 32_000_000;
/** Rows of a row group of Parquet, which are held at once: a dictionary makes millions of them out of a few bytes. */
export const GROUP_ROWS_LIMIT = 1_048_576;
