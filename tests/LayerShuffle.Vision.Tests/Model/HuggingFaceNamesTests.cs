namespace LayerShuffle.Vision.Tests.Model;

public sealed class HuggingFaceNamesTests
{
    [Theory]
    [InlineData("vit.encoder.layer.11.output.dense.bias", 11, "output.dense.bias")]
    [InlineData("vit.encoder.embedding.weight", null, "encoder.embedding.weight")]
    [InlineData("vit.embeddings.cls_token", null, "embeddings.cls_token")]
    [InlineData("classifier.weight", null, "classifier.weight")]
    [InlineData("vit.encoder.layer.x.bias", null, "encoder.layer.x.bias")]
    [InlineData("vit.encoder.layer.99999999999.bias", null, "encoder.layer.99999999999.bias")]
    [InlineData("vit.encoder.layer.", null, "encoder.layer.")]
    public void A_full_name_tells_its_layer_and_its_relative_name(string name, int? layer, string relative)
    {
        HuggingFaceNames.LayerOf(name, ModelArchitecture.Vit, out string found).ShouldBe(layer);
        found.ShouldBe(relative);
        if (layer is { } id)
            HuggingFaceNames.Full(ModelArchitecture.Vit, id, relative).ShouldBe(name);
    }
}
