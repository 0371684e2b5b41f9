package console

import "strings"

// example shows how a program asks the token desk.
type example struct{ Language, Code string }

// deskExamples are written for the address of one channel. The header has to be filled in, but for the call of
// the command line while it is on the screen: it is shown nowhere else.
func deskExamples(address, header string) []example {
	if header == "" {
		header = "$AUTH_HEADER"
	}
	fill := strings.NewReplacer("{url}", address, "{header}", header)
	return []example{
		{"curl", fill.Replace(`curl -H "DANBEE-NAVERWORKS-AUTH: {header}" {url}`)},
		{"Java", fill.Replace(`HttpRequest request = HttpRequest.newBuilder(URI.create("{url}"))
    .header("DANBEE-NAVERWORKS-AUTH", System.getenv("AUTH_HEADER"))
    .build();
HttpResponse<String> answer = HttpClient.newHttpClient()
    .send(request, HttpResponse.BodyHandlers.ofString());
// {"access_token": "…", "token_type": "Bearer", "expires_in": 86000, …}`)},
		{"Python", fill.Replace(`import os, requests

answer = requests.get("{url}",
                      headers={"DANBEE-NAVERWORKS-AUTH": os.environ["AUTH_HEADER"]}, timeout=10)
answer.raise_for_status()
token = answer.json()["access_token"]`)},
		{"Go", fill.Replace(`req, err := http.NewRequest(http.MethodGet, "{url}", nil)
if err != nil {
	return err
}
req.Header.Set("DANBEE-NAVERWORKS-AUTH", os.Getenv("AUTH_HEADER"))
resp, err := http.DefaultClient.Do(req)`)},
	}
}
