/**
 * PyTorch's own files of weights, which are programs: read without running them.
 *
 * <p>libtorch brings an unpickler, {@code torch::pickle_load}, that runs nothing either. Measured
 * on files that {@code torch.save} of PyTorch 2.13 wrote, it reads a plain {@code dict} of tensors,
 * but gives {@code None} for every {@code OrderedDict}, which is what {@code state_dict()} returns,
 * so that no published checkpoint could be read; it wants the whole file in memory, twice. So the
 * few instructions that such files consist of are followed here, as data.
 */
package io.chiaroscuro.pickle;
