using System.Text.Json;
using Sotto.Contract.Tests.Stage;

namespace Sotto.Contract.Tests.Documents;

/// <summary>The check that holds traffic against the documents fails when it should.</summary>
public sealed class SchemaCheckTests
{
    private static readonly JsonElement Schemas = Json.Element(
        """
        {"s": {
          "Person": {"type": "object", "required": ["id"], "properties": {
            "id": {"type": "string", "format": "uuid"}, "at": {"type": "string", "format": "date-time"}, "kind": {"$ref": "#/s/Kind"},
            "tags": {"type": "array", "maxItems": 2, "items": {"type": "string"}}, "ended": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]}}},
          "Kind": {"type": "string", "enum": ["a", "b"]},
          "Open": {"type": "object", "additionalProperties": true},
          "Both": {"allOf": [{"$ref": "#/s/Person"}, {"properties": {"more": {"const": 7}}}]}
        }}
        """);

    private const string Id = "01976f3e-0a11-7c0e-8a51-3f9b2d7c1e40";

    [Theory]
    [InlineData("Person", $$"""{"id":"{{Id}}","at":"2026-03-14T09:26:53.589Z","kind":"b","tags":["x"],"ended":null}""", null)]
    [InlineData("Person", """{}""", "body.id: is missing")]
    [InlineData("Person", """{"id":"no"}""", "body.id: must be a uuid, but is no")]
    [InlineData("Person", """{"id":"01976F3E-0A11-7C0E-8A51-3F9B2D7C1E40"}""", "body.id: must be a uuid, but is 01976F3E-0A11-7C0E-8A51-3F9B2D7C1E40")]
    [InlineData("Person", $$"""{"id":"{{Id}}","at":"2026-03-14T09:26:53Z"}""", "body.at: must be a date-time, but is 2026-03-14T09:26:53Z")]
    [InlineData("Person", $$"""{"id":"{{Id}}","kind":"c"}""", """body.kind: c is none of ["a", "b"]""")]
    [InlineData("Person", $$"""{"id":"{{Id}}","tags":[1]}""", "body.tags[0]: must be of type string, but is Number")]
    [InlineData("Person", $$"""{"id":"{{Id}}","tags":["a","b","c"]}""", "body.tags: must have at most 2 items")]
    [InlineData("Person", $$"""{"id":"{{Id}}","surprise":1}""", "body.surprise: isn't in the document")]
    [InlineData("Person", $$"""{"id":"{{Id}}","ended":0}""", "body.ended: fits none of the choices (body.ended: must be at least 1, but is 0; body.ended: must be of type null, but is Number)")]
    [InlineData("Open", """{"what":["ever"]}""", null)]
    [InlineData("Both", $$"""{"id":"{{Id}}","more":7}""", null)]
    [InlineData("Both", $$"""{"id":"{{Id}}","more":8}""", "body.more: must be 7, not 8")]
    [InlineData("Both", $$"""{"id":"{{Id}}","less":1}""", "body.less: isn't in the document")]
    public void It_names_the_field_and_the_reason(string schema, string value, string? failure)
    {
        var failures = new SchemaCheck(Schemas).Failures(Schemas.GetProperty("s").GetProperty(schema), Json.Element(value));
        Assert.Equal(failure is null ? [] : [failure], failures);
    }

    [Fact]
    public void A_keyword_it_does_not_know_is_a_failure_not_a_pass() =>
        Assert.NotEmpty(new SchemaCheck(Schemas).Failures(Json.Element("""{"uniqueItems": true}"""), Json.Element("[]")));
}
