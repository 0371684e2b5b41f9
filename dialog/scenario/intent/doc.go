// Package intent tells which of a bot's intents a sentence means, from example sentences alone.
//
// A sentence becomes word, character and jamo n-grams weighted by TF-IDF. Two linear readings of them are
// mixed: one support vector machine per intent against all others, which is the more exact one when intents
// have many examples, and the cosine to the mean of the intent's examples, which holds up when there are
// only a few and falls towards zero for a sentence made of unknown material. There is no dictionary and no
// model to download; Korean, Japanese and English go the same way.
//
// Training is deterministic: the same set of examples, in any order, with the same options gives the same
// model, whatever the number of processors.
package intent
