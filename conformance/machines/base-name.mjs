/** All that a dependency of the package uses of `node:path`, for browsers, which don't have it. */
export const basename = (path) => path.slice(path.lastIndexOf("/") + 1);
export default { basename };
