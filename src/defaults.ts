/** Seconds that one request may take, from connecting to the last byte, unless the job says otherwise. */
export const DEFAULT_TIMEOUT = 60;
/** Seconds that one operation may wait for RapidPro to take requests again. */
export const DEFAULT_MAX_WAIT = 60;
