namespace LayerShuffle.Network.Models;

/// <summary>The family of transformer.</summary>
public enum ModelArchitecture
{
    /// <summary>Vision transformer (Dosovitskiy et al., 2021): tokens [class, patches].</summary>
    Vit,

    /// <summary>Data-efficient image transformer (Touvron et al., 2021): tokens [class, distillation, patches].</summary>
    Deit,
}
