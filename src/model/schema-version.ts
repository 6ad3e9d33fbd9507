/** The version of the report's shape. Fields may be added without raising it; none is renamed or removed. */
export const SCHEMA_VERSION = 1;
