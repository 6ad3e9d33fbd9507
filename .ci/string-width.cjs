// cli-table3 brings a string-width of its own, which makes an Intl.Segmenter when it is loaded: 15 ms of
// every start. This one takes and gives the same.
module.exports = require('fast-string-width').default;
