using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace LayerShuffle.Vision.Model;

/// <summary>What stands after the layers: the final norm and one linear map of the class token; with a teacher, the mean of two heads.</summary>
public sealed class ClassificationHead : ModelPart
{
    private readonly VitConfig config;
    private readonly Parameter norm_weight;
    private readonly Parameter norm_bias;
    private readonly Parameter classifier_weight;
    private readonly Parameter classifier_bias;
    private readonly Parameter? distillation_weight;
    private readonly Parameter? distillation_bias;

    /// <summary>A head with norm 1, all else 0: to be loaded or initialised.</summary>
    public ClassificationHead(VitConfig config)
        : base(nameof(ClassificationHead))
    {
        this.config = config;
        long d = config.HiddenSize, c = config.NumLabels;
        norm_weight = NewParameter(ones(d));
        norm_bias = NewParameter(zeros(d));
        classifier_weight = NewParameter(zeros(c, d));
        classifier_bias = NewParameter(zeros(c));
        distillation_weight = config.Teacher ? NewParameter(zeros(c, d)) : null;
        distillation_bias = config.Teacher ? NewParameter(zeros(c)) : null;
        RegisterComponents();
    }

    /// <summary>Classifies.</summary>
    /// <param name="hidden">The last layer's output, [batch, tokens, hidden].</param>
    /// <returns>Logits, [batch, classes]; the caller disposes them.</returns>
    public Tensor Forward(Tensor hidden)
    {
        using var scope = NewDisposeScope();
        Tensor logits = F.linear(Norm(hidden.select(1, 0)), classifier_weight, classifier_bias);              // [b, C], on the class token
        if (distillation_weight is not null)
        {
            Tensor other = F.linear(Norm(hidden.select(1, 1)), distillation_weight, distillation_bias);       // [b, C], on the distillation token
            using Scalar two = 2.ToScalar();
            logits = logits.add(other, HeldScalars.One).div(two);                                                              // [b, C]
        }

        return logits.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    internal override IEnumerable<NamedSlice> Slices()
    {
        yield return new("layernorm.weight", norm_weight);
        yield return new("layernorm.bias", norm_bias);
        string classifier = config.Teacher ? HuggingFaceNames.ClassHead : HuggingFaceNames.Classifier;
        yield return new(classifier + "weight", classifier_weight);
        yield return new(classifier + "bias", classifier_bias);
        if (distillation_weight is not null)
        {
            yield return new(HuggingFaceNames.DistillationHead + "weight", distillation_weight);
            yield return new(HuggingFaceNames.DistillationHead + "bias", distillation_bias!);
        }
    }

    private Tensor Norm(Tensor token) => F.layer_norm(token, [config.HiddenSize], norm_weight, norm_bias, config.LayerNormEps); // [b, d]
}
