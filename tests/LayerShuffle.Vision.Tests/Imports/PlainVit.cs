using static TorchSharp.torch;

namespace LayerShuffle.Vision.Tests.Imports;

/// <summary>
/// A vision transformer in plain tensor arithmetic and double precision, written from the papers: it shares nothing with the product's model classes, reader or
/// names.
/// </summary>
internal sealed record PlainVit
{
    public bool Deit { get; init; }

    public bool Teacher { get; init; }

    public (int Height, int Width) Image { get; init; } = (8, 8);

    public (int Height, int Width) Patch { get; init; } = (4, 4);

    public int Channels { get; init; } = 3;

    public string Activation { get; init; } = "gelu";

    public bool QkvBias { get; init; } = true;

    public double Eps { get; init; } = 1e-3; // large enough to matter

    public int Classes { get; init; } = 5;

    public int Layers { get; init; } = 3;

    private const int Hidden = 12, Heads = 3, Wide = 20;

    private int Tokens => Image.Height / Patch.Height * (Image.Width / Patch.Width) + (Deit ? 2 : 1);

    public string ConfigJson => $$"""
        {"model_type": "{{(Deit ? "deit" : "vit")}}", "architectures": ["{{(Deit ? "DeiT" : "ViT")}}ForImageClassification{{(Teacher ? "WithTeacher" : "")}}"],
         "image_size": {{Sides(Image)}}, "patch_size": {{Sides(Patch)}}, "num_channels": {{Channels}}, "hidden_size": {{Hidden}},
         "num_hidden_layers": {{Layers}}, "num_attention_heads": {{Heads}}, "intermediate_size": {{Wide}}, "hidden_act": "{{Activation}}",
         "layer_norm_eps": {{Eps.ToString(System.Globalization.CultureInfo.InvariantCulture)}}, "qkv_bias": {{(QkvBias ? "true" : "false")}}, "id2label": {
             {{string.Join(", ", Enumerable.Range(0, Classes).Select(i => $"\"{i}\": \"class {i}\""))}} } }
        """;

    /// <summary>Weights in which no number is 0 or 1, under names of the test's own.</summary>
    public Dictionary<string, Tensor> Weights(ulong seed, ScalarType type)
    {
        using var generator = new Generator(seed);
        var weights = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        void Draw(string name, double mean, double deviation, params long[] shape) =>
            weights.Add(name, (randn(shape, generator: generator) * deviation + mean).to(type));
        void Map(string name, long outputs, long inputs, bool bias = true)
        {
            Draw(name + ".w", 0, 0.4, outputs, inputs);
            if (bias)
                Draw(name + ".b", 0, 0.3, outputs);
        }

        void Norm(string name)
        {
            Draw(name + ".w", 1, 0.2, Hidden);
            Draw(name + ".b", 0, 0.2, Hidden);
        }

        Draw("cls", 0, 0.5, 1, 1, Hidden);
        if (Deit)
            Draw("dist", 0, 0.5, 1, 1, Hidden);
        Draw("pos", 0, 0.5, 1, Tokens, Hidden);
        Draw("patch.w", 0, 0.2, Hidden, Channels, Patch.Height, Patch.Width);
        Draw("patch.b", 0, 0.2, Hidden);
        for (int i = 0; i < Layers; i++)
        {
            foreach (string third in (string[])["q", "k", "v"])
                Map($"{i}.{third}", Hidden, Hidden, QkvBias);
            Map($"{i}.o", Hidden, Hidden);
            Map($"{i}.up", Wide, Hidden);
            Map($"{i}.down", Hidden, Wide);
            Norm($"{i}.before");
            Norm($"{i}.after");
        }

        Norm("norm");
        Map("head", Classes, Hidden);
        if (Teacher)
            Map("head2", Classes, Hidden);
        return weights;
    }

    public Tensor Pixels(ulong seed)
    {
        using var generator = new Generator(seed);
        return randn([6, Channels, Image.Height, Image.Width], generator: generator);
    }

    /// <summary>Logits [batch, classes] in double precision.</summary>
    public Tensor Forward(IReadOnlyDictionary<string, Tensor> weights, Tensor pixels)
    {
        Tensor W(string name) => weights[name].to(float64);
        Tensor? Maybe(string name) => weights.TryGetValue(name, out Tensor? tensor) ? tensor.to(float64) : null;
        Tensor Linear(Tensor x, string name) => Maybe(name + ".b") is { } bias ? x.matmul(W(name + ".w").t()) + bias : x.matmul(W(name + ".w").t());
        Tensor Norm(Tensor x, string name)
        {
            Tensor centred = x - x.mean([-1L], keepdim: true);
            return centred / ((centred * centred).mean([-1L], keepdim: true) + Eps).sqrt() * W(name + ".w") + W(name + ".b");
        }

        long b = pixels.shape[0], rows = Image.Height / Patch.Height, columns = Image.Width / Patch.Width, size = Hidden / Heads;
        Tensor patches = pixels.to(float64).reshape(b, Channels, rows, Patch.Height, columns, Patch.Width).permute(0, 2, 4, 1, 3, 5).reshape(b, rows * columns,
            -1);
        List<Tensor> tokens = [W("cls").repeat(b, 1, 1)];
        if (Deit)
            tokens.Add(W("dist").repeat(b, 1, 1));
        tokens.Add(patches.matmul(W("patch.w").reshape(Hidden, -1).t()) + W("patch.b"));
        Tensor h = cat(tokens, 1) + W("pos");
        for (int i = 0; i < Layers; i++)
        {
            Tensor x = Norm(h, $"{i}.before"), q = Linear(x, $"{i}.q"), k = Linear(x, $"{i}.k"), v = Linear(x, $"{i}.v");
            List<Tensor> heads = [];
            for (int head = 0; head < Heads; head++)
            {
                Tensor Part(Tensor all) => all.narrow(2, head * size, size);
                heads.Add((Part(q).matmul(Part(k).transpose(1, 2)) / Math.Sqrt(size)).softmax(-1).matmul(Part(v)));
            }

            h = h + Linear(cat(heads, 2), $"{i}.o");
            h = h + Linear(Act(Linear(Norm(h, $"{i}.after"), $"{i}.up")), $"{i}.down");
        }

        Tensor normal = Norm(h, "norm"), logits = Linear(normal.select(1, 0), "head");
        return Teacher ? (logits + Linear(normal.select(1, 1), "head2")) / 2 : logits;
    }

    private static string Sides((int Height, int Width) sides) => sides.Height == sides.Width ? $"{sides.Height}" : $"[{sides.Height}, {sides.Width}]";

    private Tensor Act(Tensor x) => Activation switch
    {
        "gelu" => x * 0.5 * ((x / Math.Sqrt(2)).erf() + 1),
        "gelu_new" or "gelu_pytorch_tanh" => x * 0.5 * (((x + x.pow(3) * 0.044715) * Math.Sqrt(2 / Math.PI)).tanh() + 1),
        "quick_gelu" => x / ((x * -1.702).exp() + 1),
        "relu" => maximum(x, zeros_like(x)),
        "silu" or "swish" => x / ((x * -1).exp() + 1),
        _ => throw new ArgumentException(Activation),
    };
}
