// yargs and cli-table3 each bring a string-width of their own, which makes an Intl.Segmenter when it is loaded: 15 ms of
// every start. This one takes and gives the same.
module.exports = require('fast-string-width').default;
