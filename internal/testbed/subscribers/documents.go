package subscribers

import "strings"

// filterCriteria is the document that Clearwater gives a new line: calls go through its own
// telephony service.
func filterCriteria(domain string) string {
	return strings.ReplaceAll(filterCriteriaOf, "DOMAIN", domain)
}

const filterCriteriaOf = `<?xml version="1.0" encoding="UTF-8"?>
<ServiceProfile>
  <InitialFilterCriteria>
    <TriggerPoint>
      <ConditionTypeCNF>0</ConditionTypeCNF>
      <SPT>
        <ConditionNegated>0</ConditionNegated>
        <Group>0</Group>
        <Method>INVITE</Method>
        <Extension></Extension>
      </SPT>
    </TriggerPoint>
    <ApplicationServer>
      <ServerName>sip:mmtel.DOMAIN</ServerName>
      <DefaultHandling>0</DefaultHandling>
    </ApplicationServer>
  </InitialFilterCriteria>
</ServiceProfile>
`

// simservs is the document that Clearwater gives a new line.
const simservs = `<?xml version="1.0" encoding="UTF-8"?>
<simservs xmlns="http://uri.etsi.org/ngn/params/xml/simservs/xcap" xmlns:cp="urn:ietf:params:xml:ns:common-policy">
  <originating-identity-presentation active="true" />
  <originating-identity-presentation-restriction active="true">
    <default-behaviour>presentation-not-restricted</default-behaviour>
  </originating-identity-presentation-restriction>
  <communication-diversion active="true">
    <NoReplyTimer>30</NoReplyTimer>
    <cp:ruleset />
  </communication-diversion>
  <incoming-communication-barring active="true">
    <cp:ruleset>
      <cp:rule id="rule0"><cp:conditions /><cp:actions><allow>true</allow></cp:actions></cp:rule>
    </cp:ruleset>
  </incoming-communication-barring>
  <outgoing-communication-barring active="true">
    <cp:ruleset>
      <cp:rule id="rule0"><cp:conditions /><cp:actions><allow>true</allow></cp:actions></cp:rule>
    </cp:ruleset>
  </outgoing-communication-barring>
</simservs>
`
