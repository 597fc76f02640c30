import { installedCopy } from '../../scripts/installed-copy.mjs';
import { thisPackage } from '../../scripts/run-job.mjs';

/** This package for many jobs, copied once instead of for each of them. */
export function oneCopy() {
  const { name, path } = thisPackage();
  const copy = installedCopy(name, path);
  process.on('exit', copy.remove);
  return [{ name, path: copy.path }];
}
