namespace LayerShuffle.Network.Models;

/// <summary>What is wanted of a checkpoint.</summary>
/// <param name="AcrossVariants">Whether it may come from another variant: tensors that only the wanted one has are then new, those that only another one has are left out.</param>
/// <param name="NewHead">Whether a head that is missing, or made for another number of classes, is replaced by a new one, which a training follows.</param>
/// <param name="Classes">The classes that the model is to tell apart; null where they are not known.</param>
internal sealed record CheckpointNeeds(bool AcrossVariants = false, bool NewHead = false, int? Classes = null);
